import { createId } from '@picoclaw/client';
import { Search, Trash2 } from 'lucide-react';
import { type MouseEvent, useState } from 'react';
import { refusalText } from '../../api/refusal-text.ts';
import { deleteSession, type SessionSummary } from '../../api/sessions.ts';
import { useTranslation } from '../../i18n/use-translation.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { useToast } from '../../ui/toast.tsx';
import { addressOf, goToSession } from '../session-id.ts';
import styles from './session-list.module.css';
import { useSessionTexts } from './texts.ts';
import { useSessions } from './use-sessions.ts';

interface SessionListProps {
  current: string | undefined;
  /** Changes with what is said in the current session. */
  said: string;
}

/** The sessions that there are: to find, open and delete. */
export function SessionList({ current, said }: SessionListProps) {
  const { t } = useSessionTexts();
  const [search, setSearch] = useState('');
  const { sessions, refusal, remove, loadMore } = useSessions(search.trim(), said);
  const [doomed, setDoomed] = useState<SessionSummary>();
  const empty = search.trim() === '' ? t('empty') : t('nothingFound', { search: search.trim() });
  return (
    <div className={styles.panel}>
      <label className={styles.search}>
        <Search size={16} aria-hidden="true" />
        <span className="visually-hidden">{t('search')}</span>
        <input
          type="search"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
          placeholder={t('search')}
          maxLength={200}
        />
      </label>
      <nav className={styles.list} aria-label={t('list')}>
        {sessions === undefined && refusal === undefined && <Skeleton lines={6} />}
        {refusal !== undefined && <p className={styles.note}>{t('unavailable')}</p>}
        {refusal === undefined && sessions?.list.length === 0 && <p className={styles.note}>{empty}</p>}
        <ul>
          {sessions?.list.map((session) => (
            <SessionEntry
              key={session.id}
              session={session}
              isCurrent={session.id === current}
              onDelete={() => setDoomed(session)}
            />
          ))}
        </ul>
        {sessions?.hasMore === true && (
          <Button tone="quiet" size="sm" onClick={loadMore}>
            {t('more')}
          </Button>
        )}
      </nav>
      <DeleteDialog
        session={doomed}
        onClose={() => setDoomed(undefined)}
        onDeleted={(id) => {
          remove(id);
          if (id === current) goToSession(createId());
        }}
      />
    </div>
  );
}

interface SessionEntryProps {
  session: SessionSummary;
  isCurrent: boolean;
  onDelete: () => void;
}

function SessionEntry({ session: { id, title, updated }, isCurrent, onDelete }: SessionEntryProps) {
  const { t } = useSessionTexts();
  const name = title.trim() === '' ? t('untitled') : title;
  const open = (event: MouseEvent) => {
    // With a key held it is the browser's: a new tab or window.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    goToSession(id);
  };
  return (
    <li className={styles.entry}>
      <a href={addressOf(id)} aria-current={isCurrent ? 'page' : undefined} onClick={open}>
        <span className={styles.title}>{name}</span>
        <span className={styles.time}>
          <Moment time={Date.parse(updated)} />
        </span>
      </a>
      <IconButton label={t('delete', { title: name })} onClick={onDelete}>
        <Trash2 size={16} aria-hidden="true" />
      </IconButton>
    </li>
  );
}

interface DeleteDialogProps {
  session: SessionSummary | undefined;
  onClose: () => void;
  onDeleted: (id: string) => void;
}

function DeleteDialog({ session, onClose, onDeleted }: DeleteDialogProps) {
  const { t } = useSessionTexts();
  const { t: common } = useTranslation();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    if (session === undefined) return;
    setBusy(true);
    const reply = await deleteSession(session.id);
    setBusy(false);
    onClose();
    if (!reply.ok) return toast('danger', refusalText(common, reply));
    toast('success', t('deleted'));
    onDeleted(session.id);
  };
  return (
    <ConfirmDialog
      open={session !== undefined}
      title={t('deleteTitle')}
      confirmLabel={t('confirm')}
      busy={busy}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      <p>{t('deleteText', { title: session?.title ?? '' })}</p>
    </ConfirmDialog>
  );
}
