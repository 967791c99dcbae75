import Cluster
import Testing
import Wire

@Suite struct `A bad inventory` {
  @Test(arguments: [
    ("", "test.json: empty"),
    (" \n", "test.json: empty"),
    ("apiVersion: v1\nitems:\n", "test.json: YAML; expected JSON (`kubectl get … -o json`)"),
    ("---\na: 1\n", "test.json: YAML; expected JSON (`kubectl get … -o json`)"),
    (
      #"{"modes":["A1"]}"#,
      "test.json: JSON, but no inventory; expected the output of "
        + "`kubectl get pods,svc,endpointslices,nodes -A -o json`"
    ),
    (
      #"{"schema":"stickler.report/1","services":[]}"#,
      "test.json: JSON, but no inventory; expected the output of "
        + "`kubectl get pods,svc,endpointslices,nodes -A -o json`"
    ),
    ("Error from server", "test.json:1:1: $: unexpected 'E'"),
    (#"{"kind":"List","items":["#, "test.json:1:25: $.items: the text ends early"),
    (
      #"{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"#,
      "test.json:1:58: $.items[0].metadata.name: the text ends early"
    ),
    (
      #"{"kind":"List","items":[{"kind":"Pod"}]}"#,
      "test.json:1:25: $.items[0].metadata: missing, and needed"
    ),
    (
      #"{"kind":"List","items":[{"kind":"Node","metadata":{}}]}"#,
      "test.json:1:51: $.items[0].metadata.name: missing, and needed"
    ),
    (
      #"{"kind":"List","items":[{"metadata":{"name":"a"}}]}"#,
      "test.json:1:25: $.items[0].kind: missing, and needed"
    ),
    (
      #"{"kind":"List","items":[3]}"#,
      "test.json:1:25: $.items[0]: expected an object, found a number"
    ),
    (
      """
      {"kind":"List","items":[
        {"kind":"Service","metadata":{"name":"a"},
         "spec":{"ports":[{"port":"53"}]}}]}
      """,
      "test.json:3:29: $.items[0].spec.ports[0].port: expected a number, found a string"
    ),
    (
      #"{"kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":70000}]}}"#,
      "test.json:1:68: $.spec.ports[0].port: expected a port from 1 to 65535"
    ),
    (
      #"{"kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"name":"x"}]}}"#,
      "test.json:1:60: $.spec.ports[0].port: missing, and needed"
    ),
    (
      #"{"kind":"Service","metadata":{"name":"a"},"spec":{"externalTrafficPolicy":"local"}}"#,
      "test.json:1:75: $.spec.externalTrafficPolicy: expected Cluster or Local"
    ),
    (
      #"{"kind":"Service","metadata":{"name":"a"},"spec":{"sessionAffinity":"Cookie"}}"#,
      "test.json:1:69: $.spec.sessionAffinity: expected ClientIP or None"
    ),
    (
      #"{"kind":"Pod","metadata":{"name":"a"},"status":{"podIPs":[{"ip":"10.0.0"}]}}"#,
      "test.json:1:65: $.status.podIPs[0].ip: expected an IP address"
    ),
    (
      #"{"kind":"Pod","metadata":{"name":"a","creationTimestamp":"today"}}"#,
      "test.json:1:58: $.metadata.creationTimestamp: expected a time like 2026-11-21T06:49:09Z"
    ),
    (
      #"{"kind":"Node","metadata":{"name":"a"},"spec":{"podCIDRs":["10.244.1.0"]}}"#,
      "test.json:1:60: $.spec.podCIDRs[0]: expected a block of addresses like 10.244.1.0/24"
    ),
    (
      #"{"kind":"EndpointSlice","metadata":{"name":"a"},"endpoints":[{}]}"#,
      "test.json:1:62: $.endpoints[0].addresses: missing, and needed"
    ),
    (
      #"{"services":{"default/udp":{"sesionAffinity":"ClientIP"}}}"#,
      #"test.json:1:46: $.services["default/udp"].sesionAffinity: expected one of the fields "#
        + "fronts, backends, clusterIPs, type, externalTrafficPolicy, internalTrafficPolicy, "
        + "sessionAffinity, timeoutSeconds, announcer"
    ),
    (
      #"{"nodes":{"n1":["n1.example"]}}"#,
      "test.json:1:17: $.nodes.n1[0]: expected an IP address"
    ),
    (
      #"{"pods":{"a/b/c":"10.0.0.1"}}"#,
      #"test.json:1:18: $.pods["a/b/c"]: expected a name like default/s1 here"#
    ),
    (
      #"{"services":{"udp":{"fronts":["198.51.100.7"]}}}"#,
      "test.json:1:31: $.services.udp.fronts[0]: expected an address and port like "
        + "198.51.100.7:53/udp or *:30053"
    ),
    (
      #"{"services":{"udp":{"timeoutSeconds":0}}}"#,
      "test.json:1:38: $.services.udp.timeoutSeconds: expected 1 to 86400 seconds"
    ),
  ])
  func `says in one line where and what`(text: String, message: String) {
    do throws(InventoryError) {
      _ = try ClusterSnapshot(reading: Array(text.utf8), named: "test.json")
      Issue.record("read without an error")
    } catch {
      #expect(error.description == message)
    }
  }

  @Test func `cut anywhere ends early, and the message has one line`() {
    let text = Recording.bytes("iptables-hostgw-delete-pod", "cluster-after.json")
    // Every place of the first pod and its surroundings, then one in 97.
    let cuts = Array(1..<3_000) + stride(from: 3_000, to: text.count - 2, by: 97)
    for count in cuts {
      do throws(InventoryError) {
        _ = try ClusterSnapshot(reading: Array(text.prefix(count)), named: "cut")
        Issue.record("\(count) bytes were enough")
      } catch {
        #expect(error.description.hasPrefix("cut:"))
        #expect(error.description.hasSuffix(": the text ends early"))
        #expect(!error.description.contains("\n"))
      }
    }
  }

  @Test(arguments: [
    ([0xff, 0xfe, 0x7b, 0x00] as [UInt8], "UTF-16"), ([0x1f, 0x8b, 0x08], "compressed"),
  ])
  func `in another format is named`(bytes: [UInt8], word: String) {
    do throws(InventoryError) {
      _ = try ClusterSnapshot(reading: bytes, named: "x")
      Issue.record("read without an error")
    } catch {
      #expect(error.description.contains(word))
    }
  }
}
