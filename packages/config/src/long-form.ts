/** The Go launcher's `-no-browser` is our `--no-browser`; one letter alone stays what it is. */
export const longForm = (argument: string): string =>
  /^-[a-z][a-z-]+(=|$)/.test(argument) ? `-${argument}` : argument;
