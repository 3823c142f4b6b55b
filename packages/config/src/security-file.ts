import type { FileText } from './bounded-file.ts';
import { readBoundedFile } from './bounded-file.ts';
import { parseJsonObject } from './json-document.ts';
import type { JsonObject } from './json-object.ts';
import type { Paths } from './paths.ts';
import { parseYamlObject } from './yaml-document.ts';

/** What .security.yml holds. */
export interface SecurityFile {
  readonly document: JsonObject;
  readonly warnings: readonly string[];
}

/** Reads .security.yml; absent is empty. Warns when others than its owner can read it. Throws `ConfigError`. */
export function loadSecurityFile(paths: Paths): SecurityFile {
  const found = readBoundedFile(paths.securityFile);
  if (!found) return { document: {}, warnings: [] };
  return {
    document: parseYamlObject(paths.securityFile, found.text),
    warnings: permissionWarnings(paths.securityFile, found),
  };
}

/** Reads a configuration file in JSON; absent is empty. Throws `ConfigError`. */
export function loadJsonFile(file: string): JsonObject {
  const found = readBoundedFile(file);
  return found ? parseJsonObject(file, found.text) : {};
}

function permissionWarnings(file: string, { mode }: FileText): string[] {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return [];
  const octal = mode.toString(8).padStart(4, '0');
  return [`${file} can be read or changed by other users (mode ${octal}); run: chmod 600 ${JSON.stringify(file)}`];
}
