/** Why a file cannot be sent as an image. */
export type ImageProblem = 'not_an_image' | 'unreadable' | 'too_large';
export type ReadImage = { ok: true; url: string } | { ok: false; problem: ImageProblem };

/** What the gateway takes as it is (gateway.md, "Pico protocol"). */
const accepted = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp'];
/** Above this a photo is made smaller: a phone's has ten times more than an agent looks at. */
const LARGE_BYTES = 1_500_000;
const MAX_SIDE_PX = 2_048;
const JPEG_QUALITY = 0.85;
/** The gateway takes 20 MiB for each image. */
const MAX_BYTES = 20 * 1024 * 1024;

/** Reads an image as a data URL, made smaller when it is a large photo; a moving one is left as it is. */
export async function readImage(file: Blob): Promise<ReadImage> {
  if (!file.type.startsWith('image/')) return { ok: false, problem: 'not_an_image' };
  const isLarge = file.size > LARGE_BYTES && file.type !== 'image/gif';
  if (accepted.includes(file.type) && !isLarge) {
    return file.size > MAX_BYTES ? { ok: false, problem: 'too_large' } : { ok: true, url: await dataUrlOf(file) };
  }
  try {
    return { ok: true, url: await dataUrlOf(await madeSmaller(file)) };
  } catch {
    return { ok: false, problem: 'unreadable' };
  }
}

async function madeSmaller(file: Blob): Promise<Blob> {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws no images.');
  // What is transparent would become black.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob === null ? reject(new Error('The image is empty.')) : resolve(blob));
    canvas.toBlob(done, 'image/jpeg', JPEG_QUALITY);
  });
}

function dataUrlOf(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('The file cannot be read.'));
    reader.readAsDataURL(file);
  });
}
