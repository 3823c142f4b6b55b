import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { root } from '../processes.ts';
import { readImageRecipe } from './image-recipe.ts';

/** What is written in the compose file of one service, as far as it is looked at here. */
export interface ComposeService {
  readonly image: string;
  readonly profiles: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck: { readonly test: readonly string[] };
  readonly secrets: readonly string[];
  readonly tmpfs: readonly string[];
  readonly read_only: boolean;
  readonly volumes: readonly string[];
  readonly ports?: readonly string[];
  readonly [key: string]: unknown;
}

/** docker-compose.yml with its variables filled in. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** How a container of a service is started. */
export interface ContainerPlan {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
  /** The command of its health check. */
  readonly healthCheck: readonly string[];
  /** Files, by the path that they have in the container. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly temporaryFolders: readonly string[];
  readonly isReadOnly: boolean;
  /** Where the one volume is. */
  readonly volumeFolder: string;
}

type Variables = Readonly<Record<string, string>>;

/** `${NAME:-otherwise}`, `${NAME:+instead}` and `${NAME}`, as docker compose fills them in. */
function fillIn(text: string, variables: Variables): string {
  return text.replace(/\$\{(\w+)(?::([-+])([^}]*))?\}/g, (_, name: string, operator: string, word: string) => {
    const value = variables[name] ?? '';
    if (operator === '+') return value === '' ? '' : word;
    return value === '' ? (word ?? '') : value;
  });
}

/** Reads the compose file of the project as docker compose does with these variables. */
export function readComposeFile(variables: Variables = {}): ComposeFile {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  return fillInAll(parse(text, { merge: true }), variables) as ComposeFile;
}

/** Only values are filled in, after the file was read: what is in a variable cannot change the file. */
function fillInAll(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return fillIn(value, variables);
  if (Array.isArray(value)) return value.map((item) => fillInAll(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillInAll(item, variables)]));
}

/** What the Dockerfile and the compose file together say of one service. */
export function planContainer(name: string, variables: Variables = {}): ContainerPlan {
  const recipe = readImageRecipe();
  const { services, secrets } = readComposeFile(variables);
  const service = services[name];
  if (service === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  const [kind, ...healthCheck] = service.healthcheck.test;
  if (kind !== 'CMD') throw new Error(`the health check of ${name} is not in exec form`);
  const fileOf = (secret: string) => resolve(root, secrets[secret]?.file ?? '');
  return {
    name,
    command: [...recipe.entrypoint, ...(service.command ?? recipe.command)],
    environment: { ...recipe.environment, ...service.environment },
    user: recipe.user,
    healthCheck,
    secrets: Object.fromEntries(service.secrets.map((secret) => [`/run/secrets/${secret}`, fileOf(secret)])),
    temporaryFolders: service.tmpfs,
    isReadOnly: service.read_only,
    volumeFolder: service.volumes[0]?.split(':')[1] ?? '',
  };
}
