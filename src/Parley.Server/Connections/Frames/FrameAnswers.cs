using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Parley.Server.Wire;

namespace Parley.Server.Connections.Frames;

/// <summary>Helpers for answers that nearly every handler gives.</summary>
internal static class FrameAnswers
{
    /// <summary>Answers a frame that asked for an answer.</summary>
    internal static void Ok(this IFrameConnection connection, in InFrame frame)
    {
        if (frame.Id.Length > 0)
            connection.Add(DataFrame.Ok(frame.Id));
    }

    internal static void Ok<T>(this IFrameConnection connection, in InFrame frame, T data, JsonTypeInfo<T> type)
    {
        if (frame.Id.Length > 0)
            connection.Add(DataFrame.Of("ok"u8, frame.Id, data, type));
    }

    /// <summary>Sends a problem, even if the frame has no id: failures are never swallowed.</summary>
    internal static void Fail(this IFrameConnection connection, in InFrame frame, ApiProblem problem) =>
        connection.Add(DataFrame.Problem(frame.Id, problem));

    /// <summary>Reads a frame's data strictly, and sends an error if it is invalid.</summary>
    internal static bool TryRead<T>(this IFrameConnection connection, in InFrame frame, [NotNullWhen(true)] out T? value)
        where T : class
    {
        if (JsonInput.TryRead(frame.Data.IsEmpty ? "{}"u8 : frame.Data.Span, out value, out var problem))
            return true;
        connection.Fail(frame, problem);
        return false;
    }
}
