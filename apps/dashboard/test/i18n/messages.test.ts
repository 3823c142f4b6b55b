import { expect, test } from 'vitest';
import { en } from '../../src/i18n/en.ts';
import { preferredLanguage } from '../../src/i18n/language.ts';
import { zh } from '../../src/i18n/zh.ts';

function flatten(texts: object, prefix = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flatten(value, `${prefix}${key}.`),
  );
}
// The pages keep their own texts beside them.
const ofPages = Object.entries(import.meta.glob<{ en: object; zh: object }>('../../src/**/texts.ts', { eager: true }));
const english = new Map(flatten({ en, ...Object.fromEntries(ofPages.map(([path, texts]) => [path, texts.en])) }));
const chinese = new Map(flatten({ en: zh, ...Object.fromEntries(ofPages.map(([path, texts]) => [path, texts.zh])) }));
const placeholders = (text = '') => [...text.matchAll(/\{\{\w+\}\}/g)].map(String).sort();

test('both languages have the same keys', () => {
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
});

test('a text and its translation fill in the same values, and neither is blank', () => {
  for (const [key, text] of english) {
    expect(placeholders(chinese.get(key)), key).toEqual(placeholders(text));
    expect(text.trim(), key).not.toBe('');
    expect(chinese.get(key)?.trim(), key).not.toBe('');
  }
});

test('the language is the chosen one, else the first of the browser that we have, else English', () => {
  expect(preferredLanguage('zh', ['en-GB'])).toBe('zh');
  expect(preferredLanguage(undefined, ['de-CH', 'zh-Hant-TW', 'en'])).toBe('zh');
  expect(preferredLanguage('xx', ['en-GB', 'zh'])).toBe('en');
  expect(preferredLanguage(undefined, ['de'])).toBe('en');
  expect(preferredLanguage('constructor', [])).toBe('en');
});
