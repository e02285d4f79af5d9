using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Takes what frames hold. Readers stand on the first token of the data, and on its last one afterwards; where a frame has no
/// data, on none.</summary>
internal interface IFrameTaker
{
    void Welcome(ref Utf8JsonReader data);

    void Ok(long id, ref Utf8JsonReader data);

    void Answer(long id, ref Utf8JsonReader data);

    /// <param name="id">Null where it answers nothing.</param>
    void Error(long? id, Problem problem);

    void Received(ref Utf8JsonReader data);

    void Change(ref Utf8JsonReader data);

    void Snapshot(ref Utf8JsonReader data);
}
