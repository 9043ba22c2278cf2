import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { doctorText, summaryOf } from '../../../src/commands/doctor/doctor-text.ts'
import { ok, type Probe, problem, warning } from '../../../src/commands/doctor/probe.ts'
import { runProbes } from '../../../src/commands/doctor/run-probes.ts'
import { AppError } from '../../../src/domain/errors.ts'
import { signal, surroundings } from './surroundings-fixture.ts'

const probe = (name: string, examine: Probe['examine'], deadlineMs = 5000): Probe => ({ name, deadlineMs, examine })

describe('runProbes', () => {
  it('tells in the order of the probes what each found, and nothing of those that do not matter', async () => {
    const slow = probe('slow', async () => {
      await sleep(20)
      return ok('well')
    })
    const diagnoses = await runProbes(
      [slow, probe('absent', async () => null), probe('fast', async () => warning('odd', 'Do.'))],
      surroundings(),
      signal,
    )
    expect(diagnoses).toEqual([
      { name: 'slow', verdict: 'ok', found: 'well', remedy: null },
      { name: 'fast', verdict: 'warning', found: 'odd', remedy: 'Do.' },
    ])
  })

  it('waits for none past its deadline, and tells it to stop', async () => {
    let stopped = false
    const deaf = probe('deaf', (_around, stop) => new Promise(() => stop.addEventListener('abort', () => (stopped = true))), 20)
    expect(await runProbes([deaf, probe('fine', async () => ok('x'))], surroundings(), signal)).toEqual([
      {
        name: 'deaf',
        verdict: 'warning',
        found: 'no answer within 20 ms',
        remedy: 'Run `agent doctor` again; if it stays so, look at what it waits for.',
      },
      { name: 'fine', verdict: 'ok', found: 'x', remedy: null },
    ])
    expect(stopped).toBe(true)
  })

  it('turns what a probe throws into a problem', async () => {
    const throwing = (error: unknown) => probe('x', () => Promise.reject(error as Error))
    const errors = [new AppError('MODEL_UNKNOWN', 'No.', { hint: 'Yes.' }), new AppError('INTERNAL', 'No.'), new Error('broke'), 'text']
    expect(
      (await runProbes(errors.map(throwing), surroundings(), signal)).map(({ verdict, found, remedy }) => [verdict, found, remedy]),
    ).toEqual([
      ['problem', 'No.', 'Yes.'],
      ['problem', 'No.', null],
      ['problem', 'broke', null],
      ['problem', 'text', null],
    ])
  })

  it('ends with the run', async () => {
    const stop = new AbortController()
    const running = runProbes([probe('deaf', () => new Promise(() => {}))], surroundings(), stop.signal)
    stop.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('doctorText', () => {
  const diagnoses = [
    { name: 'git', ...ok('2.39') },
    { name: 'configuration', ...problem('a: no\nb: \u001b[31mno', 'Correct it.') },
    { name: 'engine', ...warning('none', 'Pull one.') },
  ]

  it('aligns, and lets no escape sequence through', () => {
    expect(doctorText(diagnoses, { color: false })).toBe(
      [
        'ok       git            2.39',
        'problem  configuration  a: no',
        '                        b: ␛[31mno',
        '                        → Correct it.',
        'warning  engine         none',
        '                        → Pull one.',
        '',
        '1 problem and 1 warning; 1 ok.',
        '',
      ].join('\n'),
    )
  })

  it('colours the verdicts', () => {
    expect(doctorText(diagnoses.slice(0, 1), { color: true })).toBe('\u001b[32mok\u001b[0m  git  2.39\n\nEverything works here.\n')
  })

  it('counts', () => {
    expect(summaryOf([...diagnoses, ...diagnoses])).toBe('2 problems and 2 warnings; 2 ok.')
    expect(summaryOf(diagnoses.slice(2))).toBe('1 warning; 0 ok.')
  })
})
