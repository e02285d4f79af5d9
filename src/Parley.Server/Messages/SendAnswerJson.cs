using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Writes the answer to a send directly into the receiver's buffer, for REST and sockets alike.</summary>
internal static class SendAnswerJson
{
    /// <summary>The most deliveries listed in an answer. Of the others, only the number is given.</summary>
    private const int MostDeliveries = 100;

    internal static void WriteBatch(FrameBuffer to, IReadOnlyList<SendReply> replies)
    {
        to.Raw("{\"items\":["u8);
        for (var i = 0; i < replies.Count; i++)
        {
            to.Raw(i == 0 ? "{\"status\":"u8 : ",{\"status\":"u8);
            if (replies[i].Problem is { } problem)
            {
                to.Number(problem.Status);
                to.Raw(",\"problem\":"u8);
                to.Raw(JsonSerializer.SerializeToUtf8Bytes(problem.ToProblem(), WireJson.Strict.Problem));
            }
            else
            {
                to.Raw("201,"u8);
                WriteFields(to, replies[i]);
            }

            to.Raw("}"u8);
        }

        to.Raw("]}"u8);
    }

    internal static void Write(FrameBuffer to, SendReply reply)
    {
        to.Raw("{"u8);
        WriteFields(to, reply);
        to.Raw("}"u8);
    }

    private static void WriteFields(FrameBuffer to, SendReply reply)
    {
        var outcome = reply.Outcome!;
        to.Raw("\"message_id\":"u8);
        to.Id(outcome.MessageId);
        to.Raw(",\"seq\":"u8);
        to.Number(outcome.Seq);
        to.Raw(",\"conversation_thread_id\":"u8);
        to.Id(outcome.Thread);
        to.Raw(outcome.Result == SendResult.Duplicate ? ",\"duplicate\":true,\"deliveries\":["u8 : ",\"duplicate\":false,\"deliveries\":["u8);
        for (var i = 0; i < outcome.Recipients.Count && i < MostDeliveries; i++)
        {
            if (i > 0)
                to.Raw(","u8);
            WriteDelivery(to, reply.Send!, outcome.Recipients[i]);
        }

        to.Raw("],\"deliveries_total\":"u8);
        to.Number(outcome.Recipients.Count);
    }

    private static void WriteDelivery(FrameBuffer to, Send send, in RecipientOutcome recipient)
    {
        var agent = send.Project.Agents.Find(recipient.Agent);
        to.Raw("{\"agent_id\":\""u8);
        Ascii(to, agent?.Id ?? "");
        to.Raw("\",\"status\":\""u8);
        to.Raw(EnumUtf8<AgentStatus>.Of(agent?.Presence.Status ?? AgentStatus.Offline));
        to.Raw("\",\"activity\":\""u8);
        to.Raw(EnumUtf8<AgentActivity>.Of(agent?.Activity ?? AgentActivity.Unknown));
        to.Raw("\",\"ahead\":"u8);
        to.Number(recipient.Ahead);
        if (recipient.Result == RecipientResult.Full)
        {
            to.Raw(",\"outlook\":null,\"refused\":\"mailbox_full\"}"u8);
            return;
        }

        to.Raw(",\"outlook\":\""u8);
        to.Raw(EnumUtf8<Outlook>.Of(SendOutlook.Of(send, recipient.Result, agent)));
        to.Raw("\",\"refused\":null}"u8);
    }

    // Agents' ids consist of characters that need no escaping in JSON.
    private static void Ascii(FrameBuffer to, string id) =>
        to.Advance(System.Text.Encoding.ASCII.GetBytes(id, to.GetSpan(id.Length)));
}
