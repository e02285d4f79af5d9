using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Handles the contents of frames. Readers are positioned on the first token of the data, and on the last one afterward. If a frame has no
/// data, they are on no token.</summary>
internal interface IFrameTaker
{
    void Welcome(ref Utf8JsonReader data);

    void Ok(long id, ref Utf8JsonReader data);

    void Answer(long id, ref Utf8JsonReader data);

    /// <param name="id">Null if it is not the answer to a frame.</param>
    void Error(long? id, Problem problem);

    void Received(ref Utf8JsonReader data);

    void Change(ref Utf8JsonReader data);

    void Snapshot(ref Utf8JsonReader data);
}
