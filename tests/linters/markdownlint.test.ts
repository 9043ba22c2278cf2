import { markdownlint } from '../../src/linters/markdownlint.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: markdownlint,
  probe: ['markdownlint-cli2', 'no-such-file.md'],
  project: { '.markdownlint.json': '{ "default": true }\n' },
  clean: { path: 'docs/clean.md', text: '# Clean\n' },
  problem: { path: 'docs/problem.md', text: '# Title\n\nhttps://example.com\n', rule: 'MD034/no-bare-urls', severity: 'error' },
  emoji: { path: 'docs/emoji.md', text: '# Title\n\nAn 😀é https://example.com\n', token: 'https://example.com', precision: 'start' },
  crash: { '.markdownlint.json': '{ "default": \n' },
  withoutConfiguration: 'checked',
  repair: { path: 'docs/repair.md', before: '# Title\n\nText \n', after: '# Title\n\nText\n' },
})
