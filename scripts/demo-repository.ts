import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Script } from './make-scripted-moe.ts'

export const example = join(import.meta.dirname, '../examples/review-demo')

/** What would trip scanners and editors if it stood in our own repository. The token is made up: no service has ever issued it. */
const planted: Readonly<Record<string, string>> = {
  '{{TOKEN}}': ['sk', 'live', 'Pq7Zt2Lm9Xv4Rk8Wc3Nb6Yd1'].join('_'),
  '{{OURS}}': `${'<'.repeat(7)} HEAD`,
  '{{BETWEEN}}': '='.repeat(7),
  '{{THEIRS}}': `${'>'.repeat(7)} newest-first`,
}

/** Makes the example into a git repository with one commit and one staged change. The folder must not exist yet. */
export function makeDemoRepository(folder: string): void {
  mkdirSync(folder, { recursive: true })
  git(folder, 'init', '--quiet', '--initial-branch=main')
  for (const [tree, then] of [
    ['base', ['commit', '--quiet', '--message', 'feat: let the desk list, scan and label parcels']],
    ['staged', null],
  ] as const) {
    cpSync(join(example, tree), folder, { recursive: true })
    fillIn(folder)
    git(folder, 'add', '--all')
    if (then) git(folder, ...then)
  }
}

/** What the test model says about the example. */
export function demoScript(): Script {
  const { replies, fallback } = JSON.parse(readFileSync(join(example, 'replies.json'), 'utf8')) as {
    replies: { trigger: string; reply: unknown }[]
    fallback: unknown
  }
  return {
    replies: replies.map(({ trigger, reply }) => ({ trigger, reply: JSON.stringify(reply) })),
    fallback: JSON.stringify(fallback),
  }
}

function fillIn(folder: string) {
  for (const path of globSync('{src,docs}/**/*', { cwd: folder }).map((name) => join(folder, name))) {
    if (!statSync(path).isFile()) continue
    const text = readFileSync(path, 'utf8')
    const filled = text.replaceAll(/\{\{[A-Z]+\}\}/g, (name) => planted[name] ?? name)
    if (filled !== text) writeFileSync(path, filled)
  }
}

/** Git as on a bare machine: no hooks, signatures or line endings of whoever runs this, and not the repository that a hook may stand in. */
function git(folder: string, ...args: readonly string[]) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  const identity = ['-c', 'user.name=Ada Demo', '-c', 'user.email=ada@example.com']
  const plain = ['-c', 'commit.gpgSign=false', '-c', 'core.hooksPath=.no-hooks', '-c', 'core.autocrlf=false', '-c', 'core.excludesFile=']
  execFileSync('git', [...identity, ...plain, ...args], { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
}
