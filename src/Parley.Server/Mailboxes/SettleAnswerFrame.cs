using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>The answer to several settlements, in order.</summary>
internal sealed class SettleAnswerFrame(byte[] id, IReadOnlyList<ApiProblem?> problems) : OutFrame
{
    internal override void Write(FrameBuffer to)
    {
        Begin(to, "ok"u8, id);
        to.Raw(",\"data\":{\"items\":["u8);
        for (var i = 0; i < problems.Count; i++)
        {
            if (i > 0)
                to.Raw(","u8);
            if (problems[i] is { } problem)
                to.Raw(JsonSerializer.SerializeToUtf8Bytes(new ItemResult { Status = problem.Status, Problem = problem.ToProblem() }, WireJson.Strict.ItemResult));
            else
                to.Raw("{\"status\":204}"u8);
        }

        to.Raw("]}}"u8);
    }
}
