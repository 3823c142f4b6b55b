/** The path that the launcher serves this page under (it writes `<base href>`); starts and ends with a slash. */
export function basePath(baseUri: string = document.baseURI): string {
  return new URL('.', baseUri).pathname;
}

/** The absolute address of a path inside the launcher, such as `api/auth/status`. */
export function appUrl(path: string, baseUri: string = document.baseURI): string {
  return new URL(path.replace(/^\/+/, ''), new URL('.', baseUri)).href;
}
