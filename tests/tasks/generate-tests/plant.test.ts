import { expect, it } from 'vitest'
import type { Mutant } from '../../../src/mutators/mutate-text.ts'
import { mutantsOf } from '../../../src/mutators/mutate-text.ts'
import { plantIn } from '../../../src/tasks/generate-tests/plant.ts'

const text = 'pub fn is_low(x: i32) -> bool {\n    x < 3\n}\n'
const tests = '\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn low() {}\n}\n'

async function planted(): Promise<{ path: string; text: string; mutant: Mutant }> {
  const [mutant] = (await mutantsOf(text, 'src/lib.rs', () => true)) ?? []
  if (!mutant) throw new Error('There is no defect.')
  return { path: 'src/lib.rs', text, mutant }
}

it('plants a defect before and behind tests that stand in the same file', async () => {
  const defect = await planted()
  const broken = plantIn(text, defect)
  expect(broken).not.toBe(text)
  expect(plantIn(`${text}${tests}`, defect)).toBe(`${broken}${tests}`)
  expect(plantIn(`${tests}${text}`, defect)).toBe(`${tests}${broken}`)
})

it('leaves a text alone in which the place is not there', async () => {
  const defect = await planted()
  expect(plantIn('fn other() {}\n', defect)).toBe('fn other() {}\n')
})
