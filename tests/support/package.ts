import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pack } from '../../scripts/pack.mjs';

/** Packs the build into a folder of its own; answers with the path of the package. */
export const packInto = (folder: string): string => pack(folder);

/** Installs a package below a prefix as people do, with the Node of this process and without any network. */
export function installGlobally(file: string, prefix: string): void {
  mkdirSync(prefix, { recursive: true });
  const quiet = ['--offline', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  execFileSync('npm', ['install', '--global', '--prefix', prefix, ...quiet, file], {
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
