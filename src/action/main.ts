#!/usr/bin/env node
import process from 'node:process'
import { printError } from '../commands/print-error.ts'
import { type ExitCode, exitCodes } from '../domain/errors.ts'
import { guardCommands } from '../domain/trust-github.ts'
import { runAction } from './run-action.ts'

/** The runner ends a step that was cancelled after ten seconds; ours is to be gone before, whatever hangs. */
const lastResortMs = 5000

const write = (text: string) => process.stdout.write(text)
const controller = new AbortController()
const end = (code: ExitCode) => {
  if (!controller.signal.aborted) setTimeout(() => process.exit(code), lastResortMs).unref()
  controller.abort(code)
}
process.on('SIGINT', () => end(exitCodes.interrupted))
process.on('SIGTERM', () => end(exitCodes.terminated))
process.on('uncaughtException', (error) =>
  end(printError(error, { write: (text) => write(guardCommands(text)), color: false, verbose: false })),
)

process.exitCode = await runAction({ environment: process.env, write, signal: controller.signal })
