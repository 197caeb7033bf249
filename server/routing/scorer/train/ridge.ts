// Weighted ridge regression by normal equations; small, exact and without randomness.

/** Solves a symmetric positive-definite system in place by Cholesky. */
function solve(matrix: Float64Array, size: number, right: Float64Array): Float64Array {
  for (let column = 0; column < size; column += 1) {
    for (let row = column; row < size; row += 1) {
      let sum = matrix[row * size + column] ?? 0;
      for (let inner = 0; inner < column; inner += 1) sum -= (matrix[row * size + inner] ?? 0) * (matrix[column * size + inner] ?? 0);
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / (matrix[column * size + column] ?? 1);
    }
  }
  for (let row = 0; row < size; row += 1) {
    let sum = right[row] ?? 0;
    for (let inner = 0; inner < row; inner += 1) sum -= (matrix[row * size + inner] ?? 0) * (right[inner] ?? 0);
    right[row] = sum / (matrix[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = right[row] ?? 0;
    for (let inner = row + 1; inner < size; inner += 1) sum -= (matrix[inner * size + row] ?? 0) * (right[inner] ?? 0);
    right[row] = sum / (matrix[row * size + row] ?? 1);
  }
  return right;
}

/** Coefficients without the intercept: only order within a kind is read from a line. */
export function fitRidge(
  rows: readonly Float64Array[],
  targets: readonly number[],
  weights: readonly number[],
  penalty: number,
): Float32Array {
  const size = rows[0]?.length ?? 0;
  if (size === 0) return new Float32Array(0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = new Float64Array(size);
  let middle = 0;
  rows.forEach((row, at) => {
    const weight = (weights[at] ?? 0) / total;
    for (let index = 0; index < size; index += 1) centre[index] = (centre[index] ?? 0) + weight * (row[index] ?? 0);
    middle += weight * (targets[at] ?? 0);
  });
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const off = new Float64Array(size);
  rows.forEach((row, at) => {
    const weight = weights[at] ?? 0;
    for (let index = 0; index < size; index += 1) off[index] = (row[index] ?? 0) - (centre[index] ?? 0);
    for (let index = 0; index < size; index += 1) {
      const scaled = weight * (off[index] ?? 0);
      if (scaled === 0) continue;
      right[index] = (right[index] ?? 0) + scaled * ((targets[at] ?? 0) - middle);
      for (let other = 0; other <= index; other += 1)
        matrix[index * size + other] = (matrix[index * size + other] ?? 0) + scaled * (off[other] ?? 0);
    }
  });
  for (let index = 0; index < size; index += 1) matrix[index * size + index] = (matrix[index * size + index] ?? 0) + penalty;
  return Float32Array.from(solve(matrix, size, right));
}
