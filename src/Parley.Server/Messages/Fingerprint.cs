using System.Buffers.Binary;
using System.Numerics;

namespace Parley.Server.Messages;

/// <summary>Tells whether two sends under one idempotency key are the same send: 64 bits over what was asked, defaults filled in.</summary>
/// <remarks>Stored, so it may not change from one run to the next (as <see cref="HashCode"/> does). Not a protection: only a caller's own
/// sends are compared. Mixing: multiply and fold, 64 bits a step.</remarks>
internal struct Fingerprint
{
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;
    private ulong _state;

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        while (bytes.Length >= 8)
        {
            Mix(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++)
            rest |= (ulong)bytes[i] << (8 * i);
        Mix(rest);
    }

    internal void Add(string? text)
    {
        Add(text?.Length ?? -1);
        foreach (var letter in text.AsSpan())
            Mix(letter);
    }

    internal void Add(long value) => Mix((ulong)value);

    internal void Add(Guid? id)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = (id ?? Guid.Empty).TryWriteBytes(bytes);
        Add(bytes);
    }

    internal readonly long Value => (long)_state;

    /// <summary>The fingerprint of a send, without its key and a request's timeout.</summary>
    internal static long Of(SendDraft draft, string senderId)
    {
        var print = default(Fingerprint);
        foreach (var address in draft.To)
            print.Add(address);
        print.Add(draft.Type);
        print.Add(draft.Content.Span);
        print.Add(draft.Payload.Span);
        print.Add(draft.Metadata.Span);
        print.Add((((long)draft.Priority * 8) + (long)draft.Intent) * 8 + (long)draft.Surface);
        print.Add(draft.TtlSeconds ?? -1);
        print.Add(draft.DeliverAt?.ToUnixTimeMilliseconds() ?? -1);
        print.Add(draft.Outcome is { } outcome ? (long)outcome : -1);
        print.Add(senderId);
        print.Add(draft.TaskId);
        if ((draft.Thread ?? draft.ReplyTo ?? draft.Supersedes ?? draft.Execution) is not null)
        {
            print.Add(draft.Thread);
            print.Add(draft.ReplyTo);
            print.Add(draft.Supersedes);
            print.Add(draft.Execution);
        }

        if (draft.Narrowed is { } narrowed)
            print.Add(narrowed.ToString());
        return print.Value;
    }

    private void Mix(ulong value) => _state = BitOperations.RotateLeft((_state ^ value) * Odd, 29) ^ value;
}
