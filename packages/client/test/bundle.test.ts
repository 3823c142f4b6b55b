import { describe, expect, it } from 'vitest';
import { bundle } from './support/bundle.ts';

const exportOf = (name: string) => bundle('browser', { text: `export { ${name} } from '@picoclaw/client';` });
const hubModules = ['packages/client/src/hub-client.ts', 'packages/protocol/src/hub-frames.ts'];

describe('the client in a page', () => {
  it('consists of itself, the protocol and zod/mini alone', async () => {
    const { modules, imports, gzipBytes } = await bundle('browser', {
      file: new URL('../src/index.ts', import.meta.url),
    });
    expect(imports).toEqual([]);
    expect(modules).toEqual(expect.arrayContaining(hubModules));
    const foreign =
      /^(?!packages\/(client|protocol)\/src\/|node_modules\/zod\/v4\/(mini|core)\/|node_modules\/zod\/mini\/|\0)/;
    expect(modules.filter((id) => foreign.test(id))).toEqual([]);
    expect(gzipBytes).toBeLessThan(24 * 1024);
  });

  it('is a hub’s only for those who use it as such', async () => {
    const { modules } = await exportOf('createPicoSession');
    expect(modules).toContain('packages/client/src/pico-session.ts');
    expect(modules.filter((id) => /hub/.test(id))).toEqual([]);
  });

  it('is a chat’s only for those who use it as such', async () => {
    const { modules, gzipBytes } = await exportOf('createHubClient');
    expect(modules).toEqual(expect.arrayContaining(hubModules));
    expect(modules.filter((id) => /pico-session|server-frames|chat-message/.test(id))).toEqual([]);
    expect(gzipBytes).toBeLessThan(16 * 1024);
  });

  it('does nothing by being imported', async () => {
    const { files } = await bundle('browser', { text: `import '@picoclaw/client';` });
    expect(files.map(({ code }) => code.trim())).toEqual(['']);
  });
});
