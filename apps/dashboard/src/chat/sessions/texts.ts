import { createPageTexts } from '../../i18n/page-texts.ts';

export const en = {
  search: 'Search chats',
  list: 'Chats',
  empty: 'Your chats are listed here as soon as you have said something.',
  nothingFound: 'No chat contains “{{search}}”.',
  unavailable: 'The list is there when the gateway runs.',
  more: 'Show older chats',
  delete: 'Delete {{title}}',
  deleteTitle: 'Delete this chat?',
  deleteText: '“{{title}}” and its images are removed for good.',
  confirm: 'Delete',
  deleted: 'The chat is deleted.',
  untitled: 'Chat without a title',
};

export const zh: typeof en = {
  search: '搜索聊天',
  list: '聊天记录',
  empty: '您说过话之后，聊天会列在这里。',
  nothingFound: '没有聊天包含“{{search}}”。',
  unavailable: '网关运行后才能显示列表。',
  more: '显示更早的聊天',
  delete: '删除 {{title}}',
  deleteTitle: '要删除这个聊天吗？',
  deleteText: '“{{title}}”及其中的图片将被永久删除。',
  confirm: '删除',
  deleted: '聊天已删除。',
  untitled: '无标题的聊天',
};

export const useSessionTexts = createPageTexts('sessions', { en, zh });
