using Parley.Server.Connections.Frames;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>The answer to one send, or to a list of sends in order.</summary>
internal sealed class SendAnswerFrame(byte[] id, IReadOnlyList<SendReply> replies, bool isBatch) : OutFrame
{
    internal override void Write(FrameBuffer to)
    {
        if (!isBatch && replies[0].Problem is { } problem)
        {
            DataFrame.Problem(id, problem).Write(to);
            return;
        }

        Begin(to, "ok"u8, id);
        to.Raw(",\"data\":"u8);
        if (isBatch)
            SendAnswerJson.WriteBatch(to, replies);
        else
            SendAnswerJson.Write(to, replies[0]);
        to.Raw("}"u8);
    }
}
