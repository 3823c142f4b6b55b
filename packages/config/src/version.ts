declare const __PICOCLAW_VERSION__: string;

/** The version of this build, put in by the bundler. */
export const PICOCLAW_VERSION: string = __PICOCLAW_VERSION__;
