import { oxlint } from '../../src/linters/oxlint.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: oxlint,
  probe: ['oxlint', '--version'],
  project: { '.oxlintrc.json': '{ "rules": { "no-debugger": "error", "prefer-const": "warn" } }\n' },
  clean: { path: 'src/clean.js', text: 'export const ok = 1\n' },
  problem: { path: 'src/problem.js', text: 'export function stop() {\n  debugger\n}\n', rule: 'eslint/no-debugger', severity: 'error' },
  broken: { path: 'src/broken.js', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.js', text: 'export const x = "😀é"; debugger; // é\n', token: 'debugger;', precision: 'range' },
  crash: { '.oxlintrc.json': '{ "rules": { "no-such-rule": "error" } }\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.js', before: 'let y = 1\nexport { y }\n', after: 'const y = 1\nexport { y }\n' },
})
