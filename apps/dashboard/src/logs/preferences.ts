import { useState } from 'react';
import { readStored, writeStored } from '../storage.ts';
import { type Level, levels } from './log-line.ts';

const WRAP_KEY = 'picoclaw.logs.wrap';
const LEVEL_KEY = 'picoclaw.logs.level';

/** How somebody likes to read the log, remembered in this browser. */
export interface LogPreferences {
  wrap: boolean;
  level: Level | 'all';
  setWrap: (wrap: boolean) => void;
  setLevel: (level: Level | 'all') => void;
}

export function useLogPreferences(): LogPreferences {
  const [wrap, setWrap] = useState(storedWrap);
  const [level, setLevel] = useState(storedLevel);
  return {
    wrap,
    level,
    setWrap(chosen) {
      setWrap(chosen);
      writeStored(WRAP_KEY, chosen ? 'on' : 'off');
    },
    setLevel(chosen) {
      setLevel(chosen);
      writeStored(LEVEL_KEY, chosen === 'all' ? undefined : chosen);
    },
  };
}

/** On a phone nobody reads lines by pushing them sideways. */
function storedWrap(): boolean {
  const stored = readStored(WRAP_KEY);
  return stored === undefined ? window.matchMedia('(max-width: 48rem)').matches : stored === 'on';
}

function storedLevel(): Level | 'all' {
  const stored = readStored(LEVEL_KEY);
  return levels.find((level) => level === stored) ?? 'all';
}
