from nltrade.cbs.tidy import load
from nltrade.ranking import rank_partners
from nltrade.trade import balance, growth, select, share, total
