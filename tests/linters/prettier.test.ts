import { prettier } from '../../src/linters/prettier.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: prettier,
  probe: ['prettier', '--version'],
  project: { '.prettierrc.json': '{ "semi": true }\n' },
  clean: { path: 'src/clean.js', text: 'export const ok = 1;\n' },
  problem: { path: 'src/problem.js', text: 'export  const ok = 1\n', rule: 'format', severity: 'warning' },
  broken: { path: 'src/broken.js', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.js', text: 'const x = "😀é"; const ?; // é\n', token: '?', precision: 'start' },
  crash: { '.prettierrc.json': '{ "plugins": ["./no-such-plugin.mjs"] }\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.js', before: 'let  y = 1\n', after: 'let y = 1;\n' },
})
