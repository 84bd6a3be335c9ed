#!/usr/bin/env node
// Production entry: runs the compiled commands in dist. Nothing but the runtime check may be imported statically, or an
// old Node dies on a library before it can be told what is wrong.
import { onSupportedNode } from './runtime.js';

onSupportedNode(async () => {
  const { startCli } = await import('./start.js');
  await startCli('production');
});
