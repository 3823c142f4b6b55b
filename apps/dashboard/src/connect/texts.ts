import { createPageTexts } from '../i18n/page-texts.ts';
import { en } from './texts-en.ts';
import { zh } from './texts-zh.ts';

export { en, zh };
export const useConnectTexts = createPageTexts('connect', { en, zh });
