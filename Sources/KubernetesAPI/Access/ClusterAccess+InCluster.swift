extension ClusterAccess {
  /// Where every pod finds what its service account may use.
  public static let accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// The cluster that this process runs in; `nil` where it runs in none.
  public static func inCluster(
    environment: (String) -> String?,
    folder: String = accountFolder
  ) throws(AccessError) -> Self? {
    guard let host = environment("KUBERNETES_SERVICE_HOST"), !host.isEmpty,
      let port = environment("KUBERNETES_SERVICE_PORT"), !port.isEmpty
    else { return nil }
    let server = "https://" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    var access = Self(origin: "the service account", server: server)
    access.identity = .tokenFile("\(folder)/token")
    access.authority = .file("\(folder)/ca.crt")
    guard isReadable("\(folder)/token") else {
      throw AccessError(
        "\(folder)/token",
        "not readable; the pod needs automountServiceAccountToken: true, or give --kubeconfig"
      )
    }
    return access
  }
}
