import type { ParseKeys } from 'i18next';
import { Cable, type LucideIcon, MessageSquare, ScrollText, Server, Settings2 } from 'lucide-react';
import { type ComponentType, lazy } from 'react';
import { ChatPage } from '../chat/chat-page.tsx';

interface Page {
  path: string;
  label: ParseKeys;
  icon: LucideIcon;
  component: ComponentType;
}

/** The pages of the header, in order; all but the one that people come for are loaded when they are opened. */
export const pages: readonly Page[] = [
  { path: '/', label: 'shell.chat', icon: MessageSquare, component: ChatPage },
  {
    path: '/gateway',
    label: 'shell.gateway',
    icon: Server,
    component: lazy(async () => ({ default: (await import('../gateway/gateway-page.tsx')).GatewayPage })),
  },
  {
    path: '/logs',
    label: 'shell.logs',
    icon: ScrollText,
    component: lazy(async () => ({ default: (await import('../logs/logs-page.tsx')).LogsPage })),
  },
  {
    path: '/connect',
    label: 'shell.connect',
    icon: Cable,
    component: lazy(async () => ({ default: (await import('../connect/connect-page.tsx')).ConnectPage })),
  },
  {
    path: '/settings',
    label: 'shell.settings',
    icon: Settings2,
    component: lazy(async () => ({ default: (await import('../settings/settings-page.tsx')).SettingsPage })),
  },
];
