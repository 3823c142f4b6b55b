import { X } from 'lucide-react';
import { useTranslation } from '../../i18n/use-translation.ts';
import styles from './images.module.css';
import type { PendingImage, PendingProblem } from './use-images.ts';

interface PendingImagesProps {
  images: readonly PendingImage[];
  problem: PendingProblem | undefined;
  onRemove: (id: string) => void;
}

/** The images that go with the message, each with a way to leave it out. */
export function PendingImages({ images, problem, onRemove }: PendingImagesProps) {
  const { t } = useTranslation();
  return (
    <>
      {problem !== undefined && (
        <p className={styles.problem} role="alert">
          {t(`chat.images.${problem}`)}
        </p>
      )}
      {images.length > 0 && (
        <ul className={styles.pending}>
          {images.map(({ id, url }, index) => (
            <li key={id}>
              <img src={url} alt={t('chat.image', { number: index + 1 })} />
              <button
                type="button"
                aria-label={t('chat.images.remove', { number: index + 1 })}
                onClick={() => onRemove(id)}
              >
                <X size={14} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
