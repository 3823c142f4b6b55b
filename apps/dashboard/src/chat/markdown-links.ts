const inlineImage = /^data:image\/(?:png|jpeg|gif|webp|bmp);base64,/i;
const storedImage = /^(?:\.?\/)?(?:[\w.~-]+\/)*pico\/media\/[\w-][\w.-]*$/;
const safeProtocols = ['http:', 'https:', 'mailto:'];

/** Whether a link of an answer may be followed: absolute, and by a scheme that only navigates. */
export function isSafeLink(href: string): boolean {
  return URL.canParse(href) && safeProtocols.includes(new URL(href).protocol);
}

/** Whether a picture of an answer may be loaded: inline, or stored by our own gateway. */
export function isOwnImage(href: string): boolean {
  return inlineImage.test(href) || storedImage.test(href);
}
