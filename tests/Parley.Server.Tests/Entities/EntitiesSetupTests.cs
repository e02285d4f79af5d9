using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Squads;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Entities;

/// <summary>What comes from a kind's declaration.</summary>
public sealed class EntitiesSetupTests
{
    [Fact]
    public void Only_a_kind_that_can_be_due_is_looked_after()
    {
        Assert.Null(SquadsConcept.Kind.Due);
        Assert.DoesNotContain(new ServiceCollection().AddEntities(SquadsConcept.Kind), service => service.ServiceType == typeof(IChore));
        Assert.Equal(
            typeof(DueEntities<Note>), Assert.Single(new ServiceCollection().AddEntities(Note.Kind), service => service.ServiceType == typeof(IChore)).ImplementationType);
    }
}
