import { useSyncExternalStore } from 'react';
import { readStored, writeStored } from '../storage.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

// The same key as in public/theme-boot.js, which applies it before the first paint.
const THEME_KEY = 'picoclaw.theme';
const CHANGED = 'picoclaw:theme';

function currentTheme(): Theme {
  const stored = readStored(THEME_KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** Applies a theme at once and remembers it; `system` forgets the choice. */
export function switchTheme(theme: Theme): void {
  writeStored(THEME_KEY, theme === 'system' ? undefined : theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  window.dispatchEvent(new Event(CHANGED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener(CHANGED, listener);
  return () => window.removeEventListener(CHANGED, listener);
}

/** The chosen theme. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}
