/**
 * The layers of docs/architecture.md: arrows only downward, apps never import apps, no cycles.
 *   protocol → auth → pid, config, server, log, hub, client, findings → apps
 */
const lowest = '^packages/(auth|protocol)/';
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    { name: 'packages-never-import-apps', severity: 'error', from: { path: '^packages/' }, to: { path: '^apps/' } },
    {
      name: 'lowest-layer-imports-no-package',
      severity: 'error',
      from: { path: '^packages/(auth|protocol)/' },
      to: { path: '^packages/', pathNot: '^packages/(auth|protocol)/' },
    },
    {
      name: 'protocol-stands-alone',
      severity: 'error',
      from: { path: '^packages/protocol/' },
      to: { path: '^packages/', pathNot: '^packages/protocol/' },
    },
    {
      name: 'middle-layer-imports-only-the-lowest',
      severity: 'error',
      from: { path: '^packages/(pid|config|server|log|hub|client|findings)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', lowest] },
    },
    {
      name: 'packages-are-entered-by-their-index',
      severity: 'error',
      from: { path: '^(?:apps|packages|tests)/([^/]+)/' },
      to: { path: '^packages/([^/]+)/src/', pathNot: ['^packages/[^/]+/src/index\\.ts$', '^packages/$1/'] },
    },
    {
      name: 'http-proxy-stays-behind-one-file',
      severity: 'error',
      from: { pathNot: '^apps/launcher/src/gateway/proxy-server\\.ts$' },
      to: { path: '(^|/)node_modules/(@types/)?http-proxy/' },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '\\.css$|^virtual:' },
    },
    {
      name: 'product-code-uses-no-development-dependency',
      severity: 'error',
      from: { path: '^(apps/(launcher|gateway|cli)|packages/[^/]+)/src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-browser-side-uses-no-node-module',
      severity: 'error',
      from: { path: '^(apps/dashboard|packages/protocol)/src/' },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.cjs'],
    },
  },
};
