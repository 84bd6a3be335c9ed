// The one-way rules of the house. `npm run check:rules` prints the comment of each rule that is broken;
// test/rules/one-way.test.ts breaks each of them once.
//
// Type-only imports count like any other, for knowing a type is knowing a thing. The only exceptions are cycles (types
// are gone before anything is loaded), src/app.ts (a service says `Pick<App, …>`) and late loading in commands.

/** From left to right: each may import those after it. */
const FEATURES = [
  'billing',
  'subscriptions',
  'orders',
  'payments',
  'reviews',
  'carts',
  'catalog',
  'accounts',
  'outbox',
];
const LEAVES = ['deploy', 'loadtest', 'seeding', 'sandbox', 'demo'];

const oneOf = (names) => `(?:${names.join('|')})`;
const anyFeature = oneOf(FEATURES);
const SHIPPED = '^(?:bin|commands|src)/';
const TYPES_ONLY = ['type-only', 'type-import'];
const LIBRARY_KINDS = [
  'npm',
  'npm-dev',
  'npm-optional',
  'npm-peer',
  'npm-bundled',
  'npm-no-pkg',
  'npm-unknown',
  'unknown',
];

/** Matches the named libraries whether they are installed (a path) or not (the bare name). */
const library = (...names) => `(?:^|node_modules/)${oneOf(names)}(?:/|$)`;

/** Only files under `allowed` may import the libraries; test/, migrations/ and examples/ are judged by other rules. */
const onlyIn = ({ name, libraries, allowed, comment }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: SHIPPED, pathNot: allowed },
  to: { path: libraries },
});

/** The leftmost needs no rule: it may import them all. */
const featureOrder = FEATURES.slice(1).map((feature, index) => ({
  name: `${feature}-imports-downwards`,
  comment: `${feature} may import ${FEATURES.slice(index + 2).join(', ') || 'no other feature'}; what must happen upwards is a function that src/app.ts hands down.`,
  severity: 'error',
  from: { path: `^src/${feature}/` },
  to: { path: `^src/${oneOf(FEATURES.slice(0, index + 1))}/` },
}));

const leaves = LEAVES.map((leaf) => ({
  name: `${leaf}-is-a-leaf`,
  comment: `Only commands${leaf === 'demo' ? '' : ' and the demo'} import src/${leaf}.`,
  severity: 'error',
  from: { pathNot: `^(?:commands|test|src/demo|src/${leaf})/` },
  to: { path: `^src/${leaf}/` },
}));

export default {
  forbidden: [
    {
      name: 'platform-knows-no-feature',
      comment:
        'src/platform imports nothing from the rest of the house, not even src/schema.ts: take it as an argument.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^(?:bin|commands|migrations|examples)/|^src/(?!platform/)' },
    },
    {
      name: 'schema-knows-only-platform',
      comment: 'The schema is known by every feature and knows none of them.',
      severity: 'error',
      from: { path: '^src/schema\\.' },
      to: { path: '^(?:bin|commands|migrations|examples)/|^src/(?!platform/|schema\\.)' },
    },
    {
      name: 'feature-through-index',
      comment: 'A feature imports another feature only through its index.ts.',
      severity: 'error',
      from: { path: `^src/(${anyFeature})/` },
      to: { path: `^src/${anyFeature}/`, pathNot: [`^src/$1/`, `^src/${anyFeature}/index\\.ts$`] },
    },
    ...featureOrder,
    {
      name: 'feature-knows-no-edge',
      comment: 'src/api and src/cli are built on the features; a feature imports neither.',
      severity: 'error',
      from: { path: `^src/${anyFeature}/` },
      to: { path: '^src/(?:api|cli)/' },
    },
    {
      name: 'app-comes-as-an-argument',
      comment: 'Features, src/api and seeding are given the App: they import its type from src/app.ts, nothing else.',
      severity: 'error',
      from: { path: `^src/(?:${anyFeature}|api|seeding)/` },
      to: { path: '^src/app\\.ts$', dependencyTypesNot: TYPES_ONLY },
    },
    {
      name: 'app-through-index',
      comment: 'src/app.ts composes features through their index.ts.',
      severity: 'error',
      from: { path: '^src/app\\.ts$' },
      to: { path: `^src/${anyFeature}/`, pathNot: `^src/${anyFeature}/index\\.ts$` },
    },
    {
      name: 'app-knows-no-edge',
      comment: 'src/app.ts is what src/api and src/cli stand on; it imports neither.',
      severity: 'error',
      from: { path: '^src/app\\.ts$' },
      to: { path: '^src/(?:api|cli)/' },
    },
    {
      name: 'api-takes-routes',
      comment: "src/api imports a feature's routes.ts or index.ts.",
      severity: 'error',
      from: { path: '^src/api/' },
      to: { path: `^src/${anyFeature}/`, pathNot: `^src/${anyFeature}/(?:routes|index)\\.ts$` },
    },
    ...leaves,
    {
      name: 'sandbox-stands-alone',
      comment: "The sandbox knows the providers' wire formats and the platform, or it would repeat our own mistakes.",
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: '^src/(?!sandbox/|platform/)' },
    },
    {
      name: 'commands-on-top',
      comment: 'Commands are started by bin; nothing else imports them.',
      severity: 'error',
      from: { pathNot: '^(?:bin|commands|test)/' },
      to: { path: '^(?:bin|commands)/' },
    },
    {
      name: 'bin-starts-commands',
      comment: 'bin checks the runtime and hands over: it imports commands and src/cli.',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^(?:migrations|examples)/|^src/(?!cli/)' },
    },
    {
      name: 'commands-use-no-library',
      comment: 'Commands and bin import no library but @oclif/core: what needs one is a function in src.',
      severity: 'error',
      from: { path: '^(?:bin|commands)/' },
      to: { dependencyTypes: LIBRARY_KINDS, pathNot: library('@oclif/core') },
    },
    {
      name: 'commands-load-late',
      comment: 'A command loads src/cli at once and everything else inside run(), or --help would pay for it.',
      severity: 'error',
      from: { path: '^commands/' },
      to: { path: '^src/(?!cli/)', dependencyTypesNot: ['dynamic-import', ...TYPES_ONLY] },
    },
    onlyIn({
      name: 'hono-at-the-edge',
      comment:
        'Only */routes.ts (or */…-routes.ts, */admin/routes.ts), src/api and src/sandbox import hono; accounts/tokens.ts its jwt.',
      libraries: library('hono', '@hono/[^/]+'),
      allowed: ['^src/[^/]+/(?:admin/)?[a-z-]*routes\\.ts$', '^src/(?:api|sandbox)/', '^src/accounts/tokens\\.ts$'],
    }),
    {
      name: 'tokens-use-only-jwt',
      comment: 'accounts/tokens.ts imports hono/jwt and nothing else of hono.',
      severity: 'error',
      from: { path: '^src/accounts/tokens\\.ts$' },
      to: { path: library('hono', '@hono/[^/]+'), pathNot: ['^hono/jwt$', 'node_modules/hono/.+/jwt/'] },
    },
    onlyIn({
      name: 'drivers-in-platform',
      comment: 'Only src/platform/database imports database drivers.',
      libraries: library('mysql2', 'better-sqlite3'),
      allowed: '^src/platform/database/',
    }),
    onlyIn({
      name: 'dialects-in-platform',
      comment: 'Only src/platform/database imports Drizzle; the rest takes operators from its sql.ts, which says why.',
      libraries: library('drizzle-orm'),
      allowed: '^src/platform/database/',
    }),
    onlyIn({
      name: 'redis-in-platform',
      comment: 'Only src/platform/redis imports ioredis.',
      libraries: library('ioredis'),
      allowed: '^src/platform/redis(?:/|\\.ts$)',
    }),
    onlyIn({
      name: 'http-in-platform',
      comment: 'Only src/platform/http and payments/providers import ofetch or cockatiel.',
      libraries: library('ofetch', 'cockatiel'),
      allowed: ['^src/platform/http(?:/|\\.ts$)', '^src/payments/providers/'],
    }),
    onlyIn({
      name: 'openid-in-social-logins',
      comment: 'Only accounts/social speaks to providers of social logins, through openid-client.',
      libraries: library('openid-client'),
      allowed: '^src/accounts/social/',
    }),
    onlyIn({
      name: 'execa-in-deploy',
      comment: 'Only src/deploy starts other programs, through execa.',
      libraries: library('execa'),
      allowed: '^src/deploy/',
    }),
    onlyIn({
      name: 'listr-where-people-wait',
      comment: 'Only src/cli, src/deploy and billing/report import listr2.',
      libraries: library('listr2'),
      allowed: ['^src/(?:cli|deploy)/', '^src/billing/report(?:/|\\.ts$)'],
    }),
    onlyIn({
      name: 'croner-where-schedules-are',
      comment: 'Only the schedules of billing, outbox and catalog import croner.',
      libraries: library('croner'),
      allowed: '^src/(?:billing|outbox|catalog)/',
    }),
    onlyIn({
      name: 'consola-in-cli',
      comment: 'People are told things through consola, and only src/cli talks to people.',
      libraries: library('consola'),
      allowed: '^src/cli/',
    }),
    onlyIn({
      name: 'pino-in-log',
      comment: 'Machines are told things through pino, and only platform/log holds it.',
      libraries: library('pino'),
      allowed: '^src/platform/log(?:/|\\.ts$)',
    }),
    onlyIn({
      name: 'prometheus-in-metrics',
      comment: 'Things are counted through platform/metrics, and only it holds prom-client.',
      libraries: library('prom-client'),
      allowed: '^src/platform/metrics(?:/|\\.ts$)',
    }),
    {
      name: 'shipped-libraries-only',
      comment: 'What users run may not need a devDependency: they do not have it.',
      severity: 'error',
      from: { path: SHIPPED },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: TYPES_ONLY },
    },
    {
      name: 'tests-stay-in-test',
      comment: 'Nothing outside test/ imports test/.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'examples-use-what-users-have',
      comment: 'Examples import Node and each other: a user has the pillivery command, not our sources or tools.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { dependencyTypesNot: ['core'], pathNot: '^(?:examples|test)/' },
    },
    {
      name: 'no-cycles',
      comment: 'No cycles: two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: TYPES_ONLY } },
    },
  ],
  options: {
    // Look at what is written rather than at what is left after compiling, so that imports of types are seen.
    tsPreCompilationDeps: true,
    doNotFollow: { path: '(?:^|/)node_modules/' },
    exclude: { path: '^(?:dist|coverage|templates)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
