import { createId } from '@picoclaw/client';
import { type ClipboardEvent, type DragEvent, useState } from 'react';
import type { ImageProblem } from './read-image.ts';

/** An image that waits to be sent with the message. */
export interface PendingImage {
  id: string;
  url: string;
}

/** What a person can do something about. */
export type PendingProblem = ImageProblem | 'too_many';

/** The gateway takes 16 in a message; more than a few nobody keeps apart. */
const MAX_IMAGES = 8;

const imagesOf = (transfer: DataTransfer): File[] =>
  [...transfer.files].filter(({ type }) => type.startsWith('image/'));

/** The images of the message that is being written, from the clipboard, a drop or the picker. */
export function useImages() {
  const [images, setImages] = useState<readonly PendingImage[]>([]);
  const [problem, setProblem] = useState<PendingProblem>();
  const [isOver, setOver] = useState(false);
  const add = async (files: readonly File[]) => {
    const room = MAX_IMAGES - images.length;
    setProblem(files.length > room ? 'too_many' : undefined);
    // Not needed by who sends text.
    const { readImage } = await import('./read-image.ts');
    for (const file of files.slice(0, room)) {
      const read = await readImage(file);
      if (read.ok) setImages((before) => [...before, { id: createId(), url: read.url }]);
      else setProblem(read.problem);
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = imagesOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    void add(files);
  };
  const onDrop = (event: DragEvent) => {
    setOver(false);
    if (event.dataTransfer.files.length === 0) return;
    // The browser would open the file in the place of this page.
    event.preventDefault();
    void add([...event.dataTransfer.files]);
  };
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  const clear = () => {
    setImages([]);
    setProblem(undefined);
  };
  const remove = (id: string) => setImages((before) => before.filter((image) => image.id !== id));
  const target = { onPaste, onDrop, onDragOver, onDragLeave: () => setOver(false) };
  return { images, problem, isOver, add, remove, clear, target };
}
