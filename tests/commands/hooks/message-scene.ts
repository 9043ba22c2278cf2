import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hookScene } from '../../helpers/hook-scene.ts'

export const port = 'export function parsePort(text: string): number {\n  return Number(text)\n}\n'
export const good = { change: 'x', type: 'feat', scope: '(none)', subject: 'parse ports', body: 'Callers had to do it themselves.' }
export const message = 'feat: parse ports\n\nCallers had to do it themselves.'

interface MessageSceneOptions {
  hook: 'prepare-commit-msg' | 'commit-msg'
  answer?: string
  files?: Record<string, string>
}

/** A real repository with a real hook, a staged file, and an editor that keeps what it was shown. */
export async function messageScene({ hook, answer = JSON.stringify(good), files = {} }: MessageSceneOptions) {
  const scene = await hookScene({ hooks: [hook], files: { 'README.md': '# Demo\n', ...files }, server: { answer: () => answer } })
  const { repository } = scene
  repository.stage({ 'src/port.ts': port })
  const shown = join(repository.root, '.git/shown')
  const editor = join(repository.root, '.git/editor')
  /** Commits with an editor that keeps what it is shown, and changes it with a line of shell. */
  const commit = (
    args: readonly string[] = [],
    { change = ':', environment = {} }: { change?: string; environment?: Record<string, string> } = {},
  ) => {
    writeFileSync(editor, `#!/bin/sh\ncp "$1" '${shown}'\n${change}\n`)
    chmodSync(editor, 0o755)
    return scene.gitWith({ GIT_EDITOR: editor, ...environment }, ...args, ...(args.includes('commit') ? [] : ['commit']))
  }
  const seen = () => readFileSync(shown, 'utf8')
  const stored = () => repository.git('log', '-1', '--format=%B').trim()
  return { ...scene, commit, seen, stored }
}
