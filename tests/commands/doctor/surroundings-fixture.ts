import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Answer, Probe, Surroundings } from '../../../src/commands/doctor/probe.ts'
import { configSchemaFor } from '../../../src/config/schema.ts'
import { openModelStore } from '../../../src/engine/models/model-store.ts'

export const signal = new AbortController().signal

/** A folder that is gone when the test is. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'agent-doctor-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A machine on which everything works, but for what a test says. */
export function surroundings({ config = {}, ...changes }: Omit<Partial<Surroundings>, 'config'> & { config?: object } = {}): Surroundings {
  const directory = changes.directory ?? folder()
  return {
    directory,
    root: undefined,
    environment: { PATH: process.env.PATH, HOME: directory, AGENT_HOME: join(directory, 'home') },
    nodeVersion: 'v24.1.0',
    platform: 'linux',
    memory: { availableBytes: 10e9, totalBytes: 20e9 },
    config: configSchemaFor([]).parse(config),
    configuration: { kind: 'read', origins: new Map(), notices: [] },
    openStore: async () =>
      openModelStore({
        directory: join(directory, 'models'),
        cwd: directory,
        hub: { endpoint: 'http://127.0.0.1:9', token: null, offline: true },
      }),
    engine: async () => ({ kind: 'none' }),
    backend: async () => ({ name: 'cpu', devices: [], vramBytes: null, threads: 4, library: 'llama 1' }),
    docker: async () => null,
    bubblewrap: async () => null,
    ...changes,
  }
}

/** What a probe answers, as one line and what to do. */
export async function told(probe: Probe, around: Surroundings): Promise<string | null> {
  const answer: Answer | null = await probe.examine(around, signal)
  return answer && `${answer.verdict}: ${answer.found}${answer.remedy === null ? '' : ` -> ${answer.remedy}`}`
}

/** A folder for PATH in which this name is a script. */
export function program(name: string, script: string): string {
  const bin = join(folder(), 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(bin, name), 0o755)
  return bin
}
