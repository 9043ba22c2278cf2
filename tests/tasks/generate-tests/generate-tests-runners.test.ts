import { expect, it } from 'vitest'
import { ask } from '../../helpers/programs.ts'
import { fenced, generateOn, repositoryOf } from './generation-scene.ts'

it('adds tests of Vitest and TypeScript to the suites that are there', { timeout: 240_000 }, async () => {
  const files = {
    'package.json': JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'vitest run' } }),
    'src/price.ts':
      'export function discount(price: number): number {\n  return price / 2\n}\n\nexport function shipping(total: number): number {\n  if (total >= 50) return 0\n  return 5\n}\n',
    'tests/price.test.ts':
      "import { describe, expect, it } from 'vitest'\nimport { discount } from '../src/price.ts'\n\ndescribe('discount', () => {\n  it('halves', () => {\n    expect(discount(4)).toBe(2)\n  })\n})\n",
  }
  const answers = [
    fenced("import { shipping } from './price'", "it('is free from 50 on', () => {", '  expect(shipping(50)).toBe(0)', '})'),
    fenced("it('is free from 50 on', () => {", '  expect(shipping(49)).toBe(5)', '})'),
  ]
  const { result, read, report } = await generateOn(
    repositoryOf(files, ['.bin', 'vitest', '@vitest']),
    { shipping: answers },
    { only: 'uncovered' },
  )
  expect(result.candidates.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['shipping is free from 50 on', 'kept'],
    ['shipping is free from 50 on (2)', 'kept'],
  ])
  expect(read('tests/price.test.ts')).toBe(
    `${files['tests/price.test.ts'].replace('{ discount }', '{ discount, shipping }')}\ndescribe('shipping', () => {\n  it('is free from 50 on', () => {\n    expect(shipping(50)).toBe(0)\n  })\n\n  it('is free from 50 on (2)', () => {\n    expect(shipping(49)).toBe(5)\n  })\n})\n`,
  )
  expect(report.findings).toEqual([])
})

const pytest = ask('pytest', '--version')

it.skipIf(pytest === null && !process.env.CI)('adds tests of pytest, with what they import', { timeout: 240_000 }, async () => {
  const files = {
    'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
    'src/shop/__init__.py': '',
    'src/shop/price.py': 'def discount(price):\n    if price < 0:\n        raise ValueError(price)\n    return price / 2\n',
    'tests/test_price.py': 'from shop.price import discount\n\n\ndef test_halves():\n    assert discount(4) == 2\n',
  }
  const answer =
    '```python\nfrom price import discount\n\ndef test_halves():\n    with pytest.raises(ValueError):\n        discount(-1)\n```'
  const { result, read } = await generateOn(repositoryOf(files), { discount: [answer] }, { only: null })
  expect(result.targets).toMatchObject([{ name: 'discount', outcome: 'improved' }])
  expect(read('tests/test_price.py')).toBe(
    `${files['tests/test_price.py'].replace('discount\n', 'discount\nimport pytest\n')}\n\ndef test_halves_2():\n    with pytest.raises(ValueError):\n        discount(-1)\n`,
  )
})
