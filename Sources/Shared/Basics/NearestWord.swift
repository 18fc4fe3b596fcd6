/// The known word that was most likely meant, if any is near.
package func nearestWord(to word: String, among known: [String]) -> String? {
    let ranked = known.map { (word: $0, distance: editDistance(word, $0)) }
        .sorted { ($0.distance, $0.word) < ($1.distance, $1.word) }
    guard let best = ranked.first, best.distance <= max(1, word.count / 3) + 1 else { return nil }
    return best.word
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour.
package func editDistance(_ left: String, _ right: String) -> Int {
    let a = Array(left.lowercased())
    let b = Array(right.lowercased())
    var rows = [Array(0...b.count)]
    for i in 1..<(a.count + 1) {
        var row = [i]
        for j in 1..<(b.count + 1) {
            let cost = a[i - 1] == b[j - 1] ? 0 : 1
            var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                best = min(best, rows[i - 2][j - 2] + 1)
            }
            row.append(best)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
