import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkNode, isNewEnough, NODE_RANGE } from '../../src/doctor/checks/node-too-old.ts';
import { aFolder } from '../support/home.ts';

describe('node-too-old', () => {
  it('knows the range of package.json', () => {
    const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(text).engines.node).toBe(NODE_RANGE);
  });

  it.each([
    ['18.20.4', false],
    ['20.18.1', false],
    ['20.19.0', true],
    ['21.7.3', false],
    ['22.12.0', false],
    ['22.13.0', true],
    ['23.5.0', false],
    ['24.0.0', true],
    ['v25.1.0', true],
  ])('judges %s: %s', (version, isGood) => expect(isNewEnough(version)).toBe(isGood));

  it('is this Node, or that of a service, which is asked for its version', async () => {
    const old = join(aFolder(), 'node');
    writeFileSync(old, '#!/bin/sh\necho v18.20.4\n');
    chmodSync(old, 0o755);
    const findings = await checkNode(
      [
        { name: 'picoclaw-launcher.service', program: old },
        { name: 'picoclaw-gateway.service', program: '/nowhere/node' },
        { name: 'of-go.service', program: '/usr/bin/true' },
      ],
      { version: '20.0.0', program: '/opt/node' },
    );
    expect(findings.map(({ message }) => message)).toEqual([
      'Node 20.0.0 is too old for this program.',
      'Node 18.20.4 is too old for this program.',
    ]);
    expect(findings[1]?.evidence).toContain(`picoclaw-launcher.service runs ${old}`);
  });

  it('is not the Node that runs this', async () => {
    expect(await checkNode([])).toEqual([]);
  });
});
