/** The launcher of this home, as the header shows it. */
export type LauncherView =
  | { readonly state: 'unknown' }
  | { readonly state: 'absent' }
  | { readonly state: 'running'; readonly url: string }
  /** It runs, but is not to be given orders; why, as a sentence. */
  | { readonly state: 'refuses'; readonly reason: string };

/** The gateway, as header and gateway pane show it. */
export interface GatewayView {
  readonly state: 'unknown' | 'running' | 'starting' | 'restarting' | 'stopping' | 'stopped' | 'error';
  readonly address?: string;
  readonly pid?: number;
  readonly version?: string;
  /** Unix ms. */
  readonly startedAt?: number;
  readonly model?: string;
  /** The launcher started it, and ends it. */
  readonly isOwned?: boolean;
  /** What is wrong, or worth knowing, as a sentence. */
  readonly note?: string;
  readonly lastExit?: string;
}

/** Both, as one look at them found them. */
export interface Facts {
  readonly launcher: LauncherView;
  readonly gateway: GatewayView;
}
