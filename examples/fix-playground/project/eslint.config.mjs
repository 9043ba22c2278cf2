const node = { Buffer: 'readonly', console: 'readonly', process: 'readonly' }

export default [
  {
    files: ['tools/**/*.mjs'],
    languageOptions: { globals: node },
    rules: {
      'eqeqeq': 'error',
      'guard-for-in': 'error',
      'no-cond-assign': 'error',
      'no-fallthrough': 'error',
      'no-undef': 'error',
      'no-unreachable': 'error',
      'no-unused-vars': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'require-await': 'error',
    },
  },
]
