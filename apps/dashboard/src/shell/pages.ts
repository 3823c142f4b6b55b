import type { ParseKeys } from 'i18next';
import { type LucideIcon, MessageSquare } from 'lucide-react';

interface Page {
  path: string;
  label: ParseKeys;
  icon: LucideIcon;
}

/** The pages of the header, in order. */
export const pages: readonly Page[] = [{ path: '/', label: 'shell.chat', icon: MessageSquare }];
