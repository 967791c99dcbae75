/// Certificates of a test's own, made by openssl.
public struct Certificates: ~Copyable {
  public let folder: TemporaryFolder

  /// An authority, what it signed for whom, and one of another authority.
  public init() throws {
    let folder = try TemporaryFolder()
    let script = """
      cd '\(folder.path)' && exec 2>/dev/null
      new="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
      authority() { openssl req -x509 $new -days 30 -subj "/CN=$1" -keyout $1.key -out $1.crt; }
      authority ca && authority other
      # NAME AUTHORITY ALTERNATIVE-NAME DAYS
      sign() {
        openssl req $new -subj "/CN=$1" -keyout $1.key -out $1.csr
        echo "subjectAltName=$3" >$1.ext
        openssl x509 -req -in $1.csr -CA $2.crt -CAkey $2.key -CAcreateserial -days $4 -extfile $1.ext -out $1.crt
      }
      sign collector ca IP:127.0.0.1,DNS:collector.example 30
      sign elsewhere ca DNS:elsewhere.example 30
      sign agent ca DNS:n1 30
      sign stranger other DNS:n1 30
      sign expired ca DNS:n1,IP:127.0.0.1 -1
      ls
      """
    let made = try Command("sh", ["-c", script])
    guard made.output.contains("expired.crt") else {
      throw CommandError(description: "openssl has not made the certificates")
    }
    self.folder = folder
  }
}
