/**
 * Lets Node run TypeScript files as they are: `node --import ./test/support/typescript-loader.js file.ts`. Types are dropped, not
 * checked; Node 20 cannot do that by itself.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import ts from 'typescript';

const OPTIONS = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };

/** Node's hook (module customization hooks, `load`). */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const { outputText } = ts.transpileModule(text, { compilerOptions: OPTIONS, fileName: url });
  return { format: 'module', source: outputText, shortCircuit: true };
}

// The hooks run on a thread of their own, which loads this file once more and must not register again.
if (isMainThread) register(import.meta.url);
