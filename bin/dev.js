#!/usr/bin/env node
// Development entry: runs the TypeScript in commands/ as it is. Node strips the types itself, so nothing has to be built.
import { onSupportedNode } from './runtime.js';

onSupportedNode(async () => {
  const { startCli } = await import('./start.js');
  await startCli('development');
});
