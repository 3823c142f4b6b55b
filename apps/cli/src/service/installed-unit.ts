import type { Secret } from '@picoclaw/auth';
import type { ServiceKind } from '@picoclaw/config';

/** A secret that somebody wrote into a unit, or into a file that the unit reads. */
export interface EmbeddedSecret {
  /** Which of the three it would be; `undefined` for any other password or key. */
  readonly purpose: 'launcher' | 'channel' | undefined;
  /** `Environment=PICOCLAW_LAUNCHER_TOKEN`, `--token`, ... */
  readonly where: string;
  /** The unit, or the drop-in or environment file that it stands in. */
  readonly file: string;
  readonly value: Secret;
}

/** A service that is installed, by us or by another maker, as its file says. */
export interface InstalledUnit {
  readonly manager: 'systemd' | 'launchd';
  /** `system`: of the whole machine, and nothing that we write. */
  readonly scope: 'user' | 'system';
  readonly kind: ServiceKind;
  /** `picoclaw-launcher.service`, `io.picoclaw.launcher`. */
  readonly name: string;
  readonly file: string;
  /** Drop-ins of systemd and the files of `EnvironmentFile=`, as far as they exist. */
  readonly furtherFiles: readonly string[];
  /** Absolute where the unit is valid; empty when it names none. */
  readonly program: string;
  /** What follows the program; a secret among them is shown as `[secret]`. */
  readonly args: readonly string[];
  /** What the service gets, from the unit, its drop-ins and its environment files. */
  readonly environment: ReadonlyMap<string, Secret>;
  readonly embedded: readonly EmbeddedSecret[];
  /** Of our template; `undefined` when another maker wrote it. */
  readonly templateVersion: number | undefined;
  /** What starts it anew: `no`, `on-failure, except after exit code 75 and 78`, ... */
  readonly restart: string;
  /** Started at sign-in. */
  readonly isEnabled: boolean;
}

/** A file that looks like a unit of ours and cannot be read. */
export interface UnreadableUnit {
  readonly file: string;
  readonly reason: string;
}

/** Everything that is installed. */
export interface InstalledUnits {
  readonly units: readonly InstalledUnit[];
  readonly unreadable: readonly UnreadableUnit[];
}
